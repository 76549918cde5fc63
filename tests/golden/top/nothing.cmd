# no argument
code 2
plancost
