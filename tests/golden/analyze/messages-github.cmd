# all mistakes at once, and the good plan
code 3
plancost analyze --no-bundled tests/fixtures/broken.toml --message-format github --quiet
