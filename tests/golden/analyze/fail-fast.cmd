# stops at the first
code 3
plancost analyze --no-bundled tests/fixtures/broken.toml --fail-fast
