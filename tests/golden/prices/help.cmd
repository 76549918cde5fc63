# the command
plancost prices --help
