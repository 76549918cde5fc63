# help in a terminal
terminal 80
plancost --help
