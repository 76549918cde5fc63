# Every flag, with examples
terminal 80
plancost solve --help
