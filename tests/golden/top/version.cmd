# the version
plancost --version
