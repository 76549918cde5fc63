# written as a plan file
plancost prices import --from models.dev tests/data/prices/models-dev.json --date 2026-08-26 --to {tmp}/rates.toml --width 60
