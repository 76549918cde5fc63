# weights that do not add up
code 2
plancost simulate --plan claude-pro --dist 'mixture(50%: 1%, 40%: 9%)'
