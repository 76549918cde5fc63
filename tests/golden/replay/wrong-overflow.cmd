# No kind of overflow
code 2
plancost replay tests/fixtures/logs/day.csv --overflow stop
