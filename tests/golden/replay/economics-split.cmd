# Split: 20.00 included, 31.00 refused
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --admission split -f csv
