# COLUMNS=0 says nothing
env COLUMNS=0
env NO_COLOR=1
terminal 60
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --quiet
