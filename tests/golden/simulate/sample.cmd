# measured use
plancost simulate --plan pro --utilizations tests/fixtures/use.csv --column utilization --width 80 --no-bundled tests/fixtures/tiers.toml
