# columns in the order asked for
plancost analyze --no-bundled tests/fixtures/market.toml --columns plan,status,win_win_from,win_win_to,buyer_break_even,margin_floor,second_break_even,net_usd_per_month,serving_share,serving_source
