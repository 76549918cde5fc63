# its row at a median of 1 %
plancost simulate --plan chatgpt-pro-20x --dist 'lognormal(median=1%, s=1.2763)' --show none --columns plan,mean_utilization,margin,loss_share,surplus_usd,deficit_usd,deficit_ratio,light_users_per_full_user
