# by text
plancost analyze --no-bundled tests/fixtures/six.toml --sort plan:asc --quiet --width 60
