# - is standard output
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro -f csv -o -
