# a plan of each kind
plancost analyze --no-bundled tests/fixtures/market.toml -f plain --at 0,50%,100%
