code 2
plancost replay tests/fixtures/logs/day.csv --window sliding
