# PLANCOST_AS_OF
env PLANCOST_AS_OF=2026-12-24
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/later
