code 2
plancost usage tests/fixtures/logs/day.csv --export focus@1.3={tmp}/charges.csv
