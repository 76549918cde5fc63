# no name
code 2
plancost analyze ''
