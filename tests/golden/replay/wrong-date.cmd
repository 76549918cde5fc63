# No day
code 2
plancost replay tests/fixtures/logs/day.csv --from 05.03.2026
