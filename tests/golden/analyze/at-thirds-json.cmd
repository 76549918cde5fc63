# thirds have six decimals
plancost analyze --no-bundled tests/fixtures/six.toml --at 1/3 --plan claude-pro --json
