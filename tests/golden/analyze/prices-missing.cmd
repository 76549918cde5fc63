# a price file that is not there
code 3
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --prices nowhere.toml --quiet
