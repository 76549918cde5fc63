# several plans at once
plancost analyze --no-bundled tests/fixtures/six.toml --set 'claude-*.price_usd=40' --quiet --width 60
