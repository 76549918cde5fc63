# The help.
plancost outlook --help
