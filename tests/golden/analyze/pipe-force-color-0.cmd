# FORCE_COLOR=0 does not
env FORCE_COLOR=0
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro
