# One of two logs is missing: the other is answered
code 3
plancost replay nothing.csv tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro -q
