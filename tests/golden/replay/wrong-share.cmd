# Nothing left for the logs
code 2
plancost replay tests/fixtures/logs/day.csv --other-surfaces 100%
