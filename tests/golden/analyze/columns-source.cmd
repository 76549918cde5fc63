# where it comes from
plancost analyze --no-bundled tests/fixtures/market.toml --columns plan,source,checked,name,workload
