# which files were used
plancost analyze --no-bundled tests/fixtures/six.toml tests/fixtures/market.toml --plan claude-pro -v
