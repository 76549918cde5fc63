# tokens of a model without a price
plancost usage tests/fixtures/logs/unpriced.csv --by model --width 80
