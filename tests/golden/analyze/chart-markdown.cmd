# other forms are as without it
plancost analyze --chart -f markdown --no-bundled tests/fixtures/six.toml
