# PLANCOST_AS_OF must be a day
env PLANCOST_AS_OF=soon
code 2
plancost analyze --no-bundled tests/fixtures/market.toml
