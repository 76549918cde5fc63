# --json is -f json
plancost analyze --no-bundled tests/fixtures/six.toml --json --plan claude-pro --at 0.5
