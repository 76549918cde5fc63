# one plan at 80 columns
plancost simulate --plan max-20x --width 80 --no-bundled tests/fixtures/tiers.toml
