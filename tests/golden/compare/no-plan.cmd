# nothing at all
code 2
plancost compare
