# nothing selected
code 3
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/por
