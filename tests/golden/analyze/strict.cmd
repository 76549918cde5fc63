# what is not known is an error
code 4
plancost analyze --no-bundled tests/fixtures/gaps.toml --strict --quiet
