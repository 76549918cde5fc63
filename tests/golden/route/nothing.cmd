# nothing to route
code 2
plancost route
