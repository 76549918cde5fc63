# An empty log costs the price
plancost replay tests/fixtures/logs/empty.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro
