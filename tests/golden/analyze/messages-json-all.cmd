# machines get all of them
code 3
plancost analyze --no-bundled tests/fixtures/broken.toml --message-format json --max-diagnostics 1 --quiet
