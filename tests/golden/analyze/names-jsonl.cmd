# names that would do harm are inert
plancost analyze --no-bundled tests/fixtures/names.toml -f jsonl --at 1 --columns plan,name,vendor --group vendor
