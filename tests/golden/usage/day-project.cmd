plancost usage tests/fixtures/logs/home --by day,project --width 140
