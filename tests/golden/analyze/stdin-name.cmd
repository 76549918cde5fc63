# its name in messages
stdin tests/fixtures/broken.toml
code 3
plancost analyze --no-bundled - --quiet --stdin-name mine.toml
