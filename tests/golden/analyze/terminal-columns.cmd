# COLUMNS is narrower than the terminal
env COLUMNS=60
env NO_COLOR=1
terminal 200
plancost analyze --no-bundled tests/fixtures/six.toml
