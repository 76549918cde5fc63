# the files of a folder, by name; hidden ones and others are left
plancost analyze --no-bundled tests/fixtures/folder --quiet
