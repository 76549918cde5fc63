code 4
plancost usage tests/fixtures/logs/unpriced.csv --by model --strict -f csv
