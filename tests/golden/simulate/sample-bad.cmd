# lines that hold no use
code 3
plancost simulate --plan pro --utilizations tests/fixtures/use-bad.csv --no-bundled tests/fixtures/tiers.toml
