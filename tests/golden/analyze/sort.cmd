# smallest first, what is missing last
plancost analyze --no-bundled tests/fixtures/market.toml --sort multiple --quiet --width 60
