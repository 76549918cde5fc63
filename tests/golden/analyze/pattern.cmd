# patterns are expanded by the program
plancost analyze --no-bundled 'tests/fixtures/folder/[ab].toml' --columns plan,source --quiet
