# did you mean, once
code 2
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/pro --set northwind/pro.price_us=25
