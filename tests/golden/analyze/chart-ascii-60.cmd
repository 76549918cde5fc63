plancost analyze --chart --ascii --width 60 --no-bundled tests/fixtures/six.toml
