# names that would do harm are inert
plancost analyze --no-bundled tests/fixtures/names.toml -f plain --at 1 --columns plan,name,vendor --group vendor
