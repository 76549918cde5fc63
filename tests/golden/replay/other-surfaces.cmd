# A fifth of each window is used elsewhere: caps of 8 and 22.40 dollars
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --other-surfaces 20%
