# Refused, with what would be right.
code 2
plancost outlook claude-pro --metered fee=20 --dist 'pareto(20, 1)'
