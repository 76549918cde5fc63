# the flag colours a pipe
env NO_COLOR=1
env COLORTERM=24bit
plancost analyze --no-bundled tests/fixtures/six.toml --color always
