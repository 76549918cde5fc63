# another seller too
plancost prices import tests/data/prices/models-dev.json --seller amazon-bedrock --date 2026-08-26 --quiet --width 100
