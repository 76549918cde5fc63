# users for a rare loss: 109 if independent
plancost simulate --plan chatgpt-pro-20x --dist 'lognormal(median=2%, s=1.2763)' --show totals --width 80
