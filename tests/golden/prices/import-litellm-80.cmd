# prices per token, at 80 columns
plancost prices import tests/data/prices/litellm.json --date 2026-08-26 --width 80
