# PLANCOST_STRICT
env PLANCOST_STRICT=1
code 4
plancost analyze --no-bundled tests/fixtures/gaps.toml --quiet -f csv
