# the document goes to a file
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro -f csv -o {tmp}/out.csv
