# several plans at 80 columns: unknown, unlimited, free
plancost simulate --dist 'lognormal(median=3%, s=1.2763)' --width 80 --no-bundled tests/fixtures/tiers.toml
