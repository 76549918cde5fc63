# a folder that is not there
code 5
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro -o {tmp}/no/where.txt
