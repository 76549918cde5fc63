# the only version
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --at 1 --json --format-version 1
