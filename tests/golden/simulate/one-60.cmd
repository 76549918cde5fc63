# one plan at 60 columns
plancost simulate --plan max-20x --width 60 --no-bundled tests/fixtures/tiers.toml
