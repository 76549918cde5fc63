# a figure for each utilization is no order
code 2
plancost analyze --sort margin_at
