# a percentage without its sign
code 2
plancost analyze --at 5000
