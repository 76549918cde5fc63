# a day has 24
code 2
plancost analyze --hours-per-day 25
