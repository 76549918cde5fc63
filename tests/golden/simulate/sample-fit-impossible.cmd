# a fit that has no solution
code 3
plancost simulate --plan pro --utilizations tests/fixtures/use.csv --column utilization --fit beta --no-bundled tests/fixtures/tiers.toml
