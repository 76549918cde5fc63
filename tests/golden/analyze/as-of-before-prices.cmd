# rates that did not hold yet are not known
plancost analyze --no-bundled tests/fixtures/market.toml --as-of 2025-06-01
