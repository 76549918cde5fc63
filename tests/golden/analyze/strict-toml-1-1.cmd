# syntax that others refuse is an error
code 3
plancost analyze --no-bundled tests/fixtures/toml-1-1.toml --strict --quiet
