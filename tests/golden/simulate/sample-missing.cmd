# no such file
code 3
plancost simulate --plan pro --utilizations nowhere.csv --no-bundled tests/fixtures/tiers.toml
