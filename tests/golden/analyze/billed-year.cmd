# a year at a time where that is sold
plancost analyze --no-bundled tests/fixtures/market.toml --billed year --quiet --width 60
