# names that would do harm are inert
plancost analyze --no-bundled tests/fixtures/names.toml -f markdown --at 1 --columns plan,name,vendor --group vendor
