# a week has 7
code 2
plancost analyze --days-per-week 8
