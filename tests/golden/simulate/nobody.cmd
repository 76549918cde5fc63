# zero subscribers
code 2
plancost simulate --plan claude-pro --subscribers 0
