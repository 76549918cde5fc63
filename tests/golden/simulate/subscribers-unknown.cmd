# subscribers of a plan that is not selected
code 2
plancost simulate --plan claude-pro --subscribers claude-pr=5
