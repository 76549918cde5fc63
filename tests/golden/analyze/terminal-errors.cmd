# errors on a terminal
terminal 60
code 3
plancost analyze --no-bundled tests/fixtures/broken.toml
