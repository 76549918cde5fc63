# the version
plancost -V
