# a pattern that cannot be read
code 2
plancost analyze --plan '['
