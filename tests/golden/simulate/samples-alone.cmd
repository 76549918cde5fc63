# draws without a method
code 2
plancost simulate --plan pro --samples 10 --no-bundled tests/fixtures/tiers.toml
