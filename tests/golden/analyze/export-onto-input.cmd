# an input is never written over
code 5
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --at 1 -q --export csv=tests/fixtures/six.toml
