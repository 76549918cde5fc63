# No day of the week
code 2
plancost replay tests/fixtures/logs/day.csv --weekly-anchor noon
