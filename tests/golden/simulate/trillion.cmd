# 10^12 subscribers
plancost simulate --plan pro --subscribers 1e12 --show totals --width 100 --no-bundled tests/fixtures/tiers.toml
