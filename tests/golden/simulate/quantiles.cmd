# chosen shares of subscribers, and light users at 2 %
plancost simulate --plan max-20x --quantiles 1%,25%,99.9% --light 2% --show quantiles --columns plan,light_users_per_full_user,margin_p5,margin_p50,margin_p95,top_1pct_share,gini --no-bundled tests/fixtures/tiers.toml
