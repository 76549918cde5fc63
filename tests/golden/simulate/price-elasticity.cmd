# nobody says who leaves
code 2
plancost simulate --plan claude-pro --new-price 25
