# A balance of 7 dollars that is not renewed
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --overflow overage --prepaid 7
