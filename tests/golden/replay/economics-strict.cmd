# Strict: 17.00 included, 34.00 refused, 6.67 hours
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --admission strict
