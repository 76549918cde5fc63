# more months than anyone waits for
code 2
plancost simulate --plan pro --subscribers 1e12 --months 1000 --no-bundled tests/fixtures/tiers.toml
