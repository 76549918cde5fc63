# a plan of each kind
plancost analyze --no-bundled tests/fixtures/market.toml -f tsv --at 0,50%,100%
