# the six tiers and all sixty cells
plancost analyze --no-bundled tests/fixtures/six.toml -f markdown --at 1%,5%,2/35,10%,4/35,15%,20%,25%,50%,100%
