# fifteen windows a week: 326.12
plancost analyze --no-bundled tests/fixtures/market.toml --hours-per-day 8 --days-per-week 5 --ping --plan northwind/sessions
