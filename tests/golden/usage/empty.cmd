code 3
plancost usage tests/fixtures/logs/empty.csv
