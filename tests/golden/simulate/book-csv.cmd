# a line for each plan
plancost simulate --dist 'lognormal(median=3%, s=1.2763)' -f csv --no-bundled tests/fixtures/tiers.toml
