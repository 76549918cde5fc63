# the flag decides
env FORCE_COLOR=1
terminal 80
plancost analyze --no-bundled tests/fixtures/six.toml --color never
