# one plan in ASCII, with its curve
plancost simulate --plan max-20x --show histogram,curve --width 80 --ascii --no-bundled tests/fixtures/tiers.toml
