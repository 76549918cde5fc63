# the points of the curve
plancost simulate --plan pro --table curve -f csv --no-bundled tests/fixtures/tiers.toml
