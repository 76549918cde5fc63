# a plan that comes later
plancost analyze --no-bundled tests/fixtures/market.toml --as-of 2026-12-24 --plan northwind/later
