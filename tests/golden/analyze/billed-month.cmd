# a month at a time
plancost analyze --no-bundled tests/fixtures/market.toml --billed month --quiet --width 60
