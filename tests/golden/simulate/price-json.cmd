# the same for machines
plancost simulate --plan max-5x --new-price 125 --elasticity 2 --json --no-bundled tests/fixtures/tiers.toml
