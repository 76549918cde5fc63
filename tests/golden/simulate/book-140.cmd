# several plans with their subscribers
plancost simulate --plan pro --plan max-5x --plan max-20x --subscribers 1e6 --subscribers pro=8e6,max-20x=100_000 --width 140 --no-bundled tests/fixtures/tiers.toml
