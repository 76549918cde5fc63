# whatever costs most: 60.00
plancost analyze --no-bundled tests/fixtures/market.toml --mix worst-case --plan northwind/requests
