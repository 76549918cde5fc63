# no legend, no footer
plancost analyze --no-bundled tests/fixtures/market.toml --quiet
