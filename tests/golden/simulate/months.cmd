# months of a small book
plancost simulate --plan max-20x --plan pro --subscribers 20 --months 1000 --show months --width 80 --no-bundled tests/fixtures/tiers.toml
