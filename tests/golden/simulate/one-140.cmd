# one plan at 140 columns
plancost simulate --plan max-20x --width 140 --no-bundled tests/fixtures/tiers.toml
