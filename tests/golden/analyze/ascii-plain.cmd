# labels too
plancost analyze --no-bundled tests/fixtures/six.toml --ascii -f plain --plan claude-pro --at 0,1
