# cumulative curves
plancost simulate --plan pro --show curve --width 80 --no-bundled tests/fixtures/tiers.toml
