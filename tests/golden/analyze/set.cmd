# an input is changed, and said to be
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/pro --set northwind/pro.price_usd=25
