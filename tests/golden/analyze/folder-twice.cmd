# each file once
plancost analyze --no-bundled tests/fixtures/folder tests/fixtures/folder/a.toml tests/fixtures/folder/../folder/b.toml --columns plan,source --quiet
