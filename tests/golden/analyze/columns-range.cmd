# sources that disagree
plancost analyze --no-bundled tests/fixtures/market.toml --columns plan,max_api_low_usd_per_month,max_api_usd_per_month,max_api_high_usd_per_month,binding_limit,basis
