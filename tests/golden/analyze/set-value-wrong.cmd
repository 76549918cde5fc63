# not a number
code 2
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/pro --set northwind/pro.price_usd=cheap
