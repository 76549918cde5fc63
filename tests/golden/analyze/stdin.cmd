# a plan file from a pipe
stdin tests/fixtures/six.toml
plancost analyze --no-bundled - --quiet --width 60
