# a percentage without its sign
plancost simulate --plan pro --dist 3 --show none --no-bundled tests/fixtures/tiers.toml
