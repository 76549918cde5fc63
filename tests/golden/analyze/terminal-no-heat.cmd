# symbols without colour
terminal 80
plancost analyze --no-bundled tests/fixtures/six.toml --no-heat
