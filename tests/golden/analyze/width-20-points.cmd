# then they become a strip that names them
plancost analyze --no-bundled tests/fixtures/six.toml --width 20 --at 5%,10%,50% --quiet
