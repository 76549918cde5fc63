plancost usage tests/fixtures/logs/home --by model --width 80
