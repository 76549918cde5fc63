# more decimals
plancost analyze --no-bundled tests/fixtures/market.toml --decimals 4 --columns plan,max_api_usd_per_month,profit_at_full_usd
