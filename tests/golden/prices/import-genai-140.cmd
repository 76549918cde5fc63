# dated prices, at 140
plancost prices import --from genai-prices tests/data/prices/genai-prices.json --date 2026-08-26 --width 140
