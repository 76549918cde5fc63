# plans by pattern, in their own order
plancost analyze --no-bundled tests/fixtures/market.toml --plan '*/pro' --plan northwind/free
