# A plan that does not exist
code 2
plancost replay tests/fixtures/logs/day.csv --plan claude-prro
