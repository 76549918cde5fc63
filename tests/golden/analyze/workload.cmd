# another workload
plancost analyze --no-bundled tests/fixtures/market.toml --workload two-models --plan northwind/pro
