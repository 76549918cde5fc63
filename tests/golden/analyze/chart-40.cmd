plancost analyze --chart --width 40 --no-bundled tests/fixtures/six.toml
