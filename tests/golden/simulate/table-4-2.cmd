# the published table of losers and who pays for whom
plancost simulate --plan claude-pro --plan claude-max-20x --plan chatgpt-plus --plan chatgpt-pro-20x --dist 'lognormal(median=3%, s=1.2763)' --show none --columns plan,mean_utilization,margin,loss_share,surplus_usd,deficit_usd,deficit_ratio
