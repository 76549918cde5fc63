# a plan of each kind
plancost analyze --no-bundled tests/fixtures/market.toml -f markdown --at 0,50%,100%
