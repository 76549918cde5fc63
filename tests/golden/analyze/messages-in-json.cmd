# all mistakes in the document too
code 3
plancost analyze --no-bundled tests/fixtures/broken.toml --json --at 1
