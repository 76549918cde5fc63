# Broken lines, a torn end, a negative count, another order of keys
plancost replay tests/fixtures/logs/broken.jsonl --plans tests/fixtures/logs/plans.toml --plan acme-pro
