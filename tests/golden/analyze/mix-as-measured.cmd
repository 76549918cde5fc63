# in the proportions of the workload
plancost analyze --no-bundled tests/fixtures/market.toml --mix as-measured --plan northwind/requests --columns plan,max_api_usd_per_month,worst_case_usd_per_month
