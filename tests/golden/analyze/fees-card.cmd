# what taking the money costs
plancost analyze --no-bundled tests/fixtures/six.toml --fees card --quiet --columns plan,price_usd_per_month,net_usd_per_month,break_even,margin_at_full,profit_at_full_usd
