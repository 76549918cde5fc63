# nothing is missing
plancost analyze --no-bundled tests/fixtures/six.toml --strict --quiet --width 60
