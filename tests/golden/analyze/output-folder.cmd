# a folder
code 5
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro -o {tmp}
