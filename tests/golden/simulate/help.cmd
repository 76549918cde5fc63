# the long help
plancost simulate --help
