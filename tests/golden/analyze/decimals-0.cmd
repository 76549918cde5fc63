# whole dollars
plancost analyze --no-bundled tests/fixtures/market.toml --decimals 0 --width 60
