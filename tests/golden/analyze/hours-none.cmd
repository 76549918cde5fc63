# no work, no use
plancost analyze --no-bundled tests/fixtures/market.toml --hours-per-day 0 --plan northwind/sessions
