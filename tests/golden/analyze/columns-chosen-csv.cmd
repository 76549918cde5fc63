# no column beside those that were asked for
plancost analyze --no-bundled tests/fixtures/market.toml --columns plan,multiple -f csv
