# one or the other
code 2
plancost analyze --json -f csv
