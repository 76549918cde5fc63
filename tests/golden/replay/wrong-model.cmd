# A model to fall to that nobody prices
code 2
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --overflow downgrade=acme-smal
