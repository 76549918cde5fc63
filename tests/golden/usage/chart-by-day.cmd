plancost usage tests/fixtures/logs/home --by day --chart --width 60
