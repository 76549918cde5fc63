# a rise by a quarter: who stays
plancost simulate --plan max-5x --population three-kinds --prices tests/fixtures/segments.toml --new-price +25% --subscribers 100000 --width 80 --no-bundled tests/fixtures/tiers.toml
