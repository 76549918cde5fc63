# TERM=dumb
env TERM=dumb
terminal 80
plancost analyze --no-bundled tests/fixtures/six.toml
