# one plan for screen readers
plancost simulate --plan pro --show quantiles -f plain --no-bundled tests/fixtures/tiers.toml
