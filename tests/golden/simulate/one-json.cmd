# everything there is of one plan
plancost simulate --plan pro --json --no-bundled tests/fixtures/tiers.toml
