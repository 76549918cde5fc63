# nothing selected is still one document
code 3
plancost analyze --no-bundled tests/fixtures/market.toml --plan northwind/por --json
