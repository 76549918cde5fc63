# what is missing
plancost analyze --no-bundled tests/fixtures/gaps.toml --columns plan,status,missing
