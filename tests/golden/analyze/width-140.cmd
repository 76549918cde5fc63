# columns go in their order, figures are never cut
plancost analyze --no-bundled tests/fixtures/market.toml --width 140
