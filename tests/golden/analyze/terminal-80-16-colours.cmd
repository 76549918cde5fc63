# a terminal with 16 colours
env TERM=xterm
terminal 80
plancost analyze --no-bundled tests/fixtures/six.toml
