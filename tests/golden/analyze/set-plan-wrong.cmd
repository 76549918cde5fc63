# no such plan
code 2
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/pro --set northwind/por.price_usd=25
