# each point that was asked for is a column
plancost analyze --no-bundled tests/fixtures/six.toml --at 5%,5%,0.05 --plan claude-pro
