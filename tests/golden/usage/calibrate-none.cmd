# A table of usage has no meter
code 3
plancost usage tests/fixtures/logs/day.csv --calibrate
