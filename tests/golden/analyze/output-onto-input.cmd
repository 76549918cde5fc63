# an input is never written over
code 5
plancost analyze --no-bundled tests/fixtures/six.toml -o tests/fixtures/six.toml
