# a Pareto without a mean
code 2
plancost simulate --plan claude-pro --dist 'pareto(1%, 1)'
