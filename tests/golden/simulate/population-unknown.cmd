# no such population, with the nearest
code 2
plancost simulate --plan claude-pro --population typcal
