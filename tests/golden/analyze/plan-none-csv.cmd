# nothing selected is still a heading
code 3
plancost analyze --no-bundled tests/fixtures/market.toml --plan a --plan b -f csv
