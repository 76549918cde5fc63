# the long help
plancost compare --help
