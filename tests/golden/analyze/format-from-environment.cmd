# PLANCOST_FORMAT chooses the format
env PLANCOST_FORMAT=csv
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro
