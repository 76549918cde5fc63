# none, but how many
code 3
plancost analyze --no-bundled tests/fixtures/broken.toml --max-diagnostics 0 --quiet
