# short help
plancost schema -h
