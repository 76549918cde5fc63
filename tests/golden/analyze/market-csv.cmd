# a plan of each kind
plancost analyze --no-bundled tests/fixtures/market.toml -f csv --at 0,50%,100%
