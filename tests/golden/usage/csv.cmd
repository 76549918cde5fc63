plancost usage tests/fixtures/logs/day.csv --by user -f csv
