# a terminal with all colours
env COLORTERM=truecolor
terminal 80
plancost analyze --no-bundled tests/fixtures/six.toml
