# a width of nothing
code 2
plancost analyze --width 0
