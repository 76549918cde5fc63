# The help.
plancost budget --help
