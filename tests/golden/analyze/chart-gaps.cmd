plancost analyze --chart --width 80 --no-bundled tests/fixtures/gaps.toml
