# The table of economics.md 9 but its last line, 80 columns.
terminal 80
plancost budget --total 500M --dist 'lognormal(median=1285, s=1.2763)' --dist 'pareto(floor=1000, a=1.6)' --dist 'pareto(floor=400, a=1.3)' --cap 5k
