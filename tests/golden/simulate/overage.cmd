# use above the maximum is billed where it is sold
plancost simulate --plan pro --plan lite --dist 'lognormal(median=40%, s=1.2763)' --overage --width 100 --no-bundled tests/fixtures/tiers.toml
