# names that would do harm are inert
plancost analyze --no-bundled tests/fixtures/names.toml -f csv --at 1 --columns plan,name,vendor --group vendor
