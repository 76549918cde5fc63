# plans under their vendor
plancost analyze --no-bundled tests/fixtures/six.toml tests/fixtures/market.toml --group vendor --width 60
