# once, among files
stdin tests/fixtures/folder/b.toml
plancost analyze --no-bundled tests/fixtures/folder/a.toml - - --columns plan,source --quiet
