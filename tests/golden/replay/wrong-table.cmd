# A table that does not exist
code 2
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --table hit
