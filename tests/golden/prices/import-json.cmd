# as JSON
plancost prices import tests/data/prices/models-dev.json --date 2026-08-26 --json
