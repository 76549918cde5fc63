# an empty pattern fits nothing
code 3
plancost analyze --plan ''
