# not the form of a day
code 2
plancost analyze --as-of 15.06.2026
