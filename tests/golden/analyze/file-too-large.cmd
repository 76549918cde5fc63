# over the limit
code 3
plancost analyze --no-bundled tests/fixtures/six.toml --max-file-size 1KiB
