# a shape fitted to measured use; the idle stand apart
plancost simulate --plan pro --utilizations tests/fixtures/use.csv --column utilization --fit top-shares --show none --width 100 --no-bundled tests/fixtures/tiers.toml
