plancost analyze --chart --width 60 --no-bundled tests/fixtures/six.toml
