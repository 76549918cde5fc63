# Every window reaches back from now
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --window rolling --table windows
