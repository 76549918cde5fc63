# the first, and how many more
code 3
plancost analyze --no-bundled tests/fixtures/broken.toml --max-diagnostics 1 --quiet
