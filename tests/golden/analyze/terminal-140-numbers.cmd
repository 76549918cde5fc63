# cells with numbers are coloured
terminal 140
plancost analyze --no-bundled tests/fixtures/six.toml
