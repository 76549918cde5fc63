# a population in dollars: a plan without limit has no utilization
plancost simulate --plan flat --plan pro --dist 'lognormal(median=60, s=1.2763)' --unit api-usd --show quantiles,histogram --width 100 --no-bundled tests/fixtures/tiers.toml
