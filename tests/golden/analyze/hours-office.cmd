# ten windows a week: 217.41
plancost analyze --no-bundled tests/fixtures/market.toml --hours-per-day 8 --days-per-week 5 --plan northwind/sessions
