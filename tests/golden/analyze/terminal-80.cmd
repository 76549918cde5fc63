# a terminal with 256 colours
terminal 80
plancost analyze --no-bundled tests/fixtures/market.toml
