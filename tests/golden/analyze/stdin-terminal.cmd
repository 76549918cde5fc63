# no hang
stdin terminal
code 2
plancost analyze -
