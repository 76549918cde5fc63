# the long help
plancost prices bill --help
