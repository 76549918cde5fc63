# did you mean
code 2
plancost analyze --no-bundled tests/fixtures/market.toml --workload codign
