# the later one holds
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/pro --set northwind/pro.price_usd=25 --set northwind/pro.price_usd=40
