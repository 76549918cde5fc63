# the long help
plancost route --help
