# two columns that can be meant
code 3
plancost simulate --plan pro --utilizations tests/fixtures/use.csv --no-bundled tests/fixtures/tiers.toml
