# and of the folders in it
plancost analyze --no-bundled tests/fixtures/folder -r --quiet
