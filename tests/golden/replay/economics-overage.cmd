# Overage: 20.00 included, 31.00 paid, nothing blocked
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --overflow overage --json
