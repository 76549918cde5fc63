plancost analyze --chart --width 140 --no-bundled tests/fixtures/six.toml
