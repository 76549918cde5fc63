# a utilization may be above 1
plancost analyze --no-bundled tests/fixtures/six.toml --at 5 --plan claude-pro
