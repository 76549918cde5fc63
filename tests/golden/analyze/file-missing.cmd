# the good file is answered
code 3
plancost analyze --no-bundled nowhere.toml tests/fixtures/folder/a.toml --quiet
