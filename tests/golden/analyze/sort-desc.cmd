# largest first, what is missing still last
plancost analyze --no-bundled tests/fixtures/market.toml --sort multiple:desc --quiet --width 60
