# nothing but ASCII
plancost analyze --no-bundled tests/fixtures/market.toml --ascii --width 80
