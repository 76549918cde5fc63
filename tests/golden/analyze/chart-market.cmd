# free, without a limit, and of which not all is known
plancost analyze --chart --width 80 --no-bundled tests/fixtures/market.toml
