# no such command
code 2
plancost frobnicate
