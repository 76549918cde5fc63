# a limit is changed, and the document says so
plancost analyze --no-bundled tests/fixtures/market.toml --plan 'northwind/s*' --set northwind/sessions.limit.week.api_usd=50 --json --at 1
