# the best price of one kind
plancost simulate --plan max-5x --new-price 125 --elasticity 2 --width 80 --no-bundled tests/fixtures/tiers.toml
