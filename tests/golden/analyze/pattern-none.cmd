# a pattern that fits no file
code 3
plancost analyze --no-bundled 'tests/fixtures/folder/z*.toml'
