# formulas are left as they are
plancost analyze --no-bundled tests/fixtures/names.toml -f csv --columns plan,name --csv-raw
