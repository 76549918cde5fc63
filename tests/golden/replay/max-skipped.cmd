# Too much was lost
code 4
plancost replay tests/fixtures/logs/broken.jsonl --plans tests/fixtures/logs/plans.toml --plan acme-pro --max-skipped 10% -q
