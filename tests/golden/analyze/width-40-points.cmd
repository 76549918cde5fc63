# margins that were asked for stay
plancost analyze --no-bundled tests/fixtures/six.toml --width 40 --at 5%,10%,50%
