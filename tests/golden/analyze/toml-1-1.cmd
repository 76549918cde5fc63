# syntax that others refuse
plancost analyze --no-bundled tests/fixtures/toml-1-1.toml --quiet
