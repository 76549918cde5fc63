# not a number
code 2
plancost analyze --at much
