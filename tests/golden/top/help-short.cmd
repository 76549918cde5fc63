# short help
plancost -h
