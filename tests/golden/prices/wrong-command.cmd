# a command that is none
code 2
plancost prices lits
