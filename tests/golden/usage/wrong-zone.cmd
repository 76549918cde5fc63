code 2
plancost usage tests/fixtures/logs/day.csv --tz Mars/Olympus
