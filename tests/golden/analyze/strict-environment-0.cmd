# PLANCOST_STRICT=0 is off
env PLANCOST_STRICT=0
plancost analyze --no-bundled tests/fixtures/gaps.toml --quiet -f csv
