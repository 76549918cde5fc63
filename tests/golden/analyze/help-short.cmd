# short help
plancost analyze -h
