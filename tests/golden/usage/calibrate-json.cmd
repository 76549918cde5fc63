plancost usage tests/fixtures/logs/home --calibrate --json
