# a column asked for twice is printed twice
plancost analyze --no-bundled tests/fixtures/six.toml --columns plan,plan --plan claude-pro
