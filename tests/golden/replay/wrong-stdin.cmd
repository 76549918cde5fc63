# Standard input is a terminal
stdin terminal
code 2
plancost replay -
