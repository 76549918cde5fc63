# a column without a name
code 2
plancost analyze --columns ''
