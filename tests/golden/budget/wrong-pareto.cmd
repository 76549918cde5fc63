# Refused, with what would be right.
code 2
plancost budget --total 500M --dist 'pareto(floor=1000, a=1)'
