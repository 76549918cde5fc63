# the long help
plancost prices import --help
