# names too
plancost analyze --no-bundled tests/fixtures/names.toml --ascii --columns plan,name
