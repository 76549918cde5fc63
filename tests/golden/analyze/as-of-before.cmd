# not on sale that day
code 3
plancost analyze --no-bundled tests/fixtures/market.toml --as-of 2026-08-20 --plan northwind/later
