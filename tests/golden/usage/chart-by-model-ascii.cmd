plancost usage tests/fixtures/logs/unpriced.csv --by model --chart --ascii --width 40
