# No work with a price
code 4
plancost replay tests/fixtures/logs/day.csv --plan claude-pro
