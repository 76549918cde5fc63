# did you mean, once
code 3
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/pro --set northwind/pro.price_us=25
