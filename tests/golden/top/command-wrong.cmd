# a similar command
code 2
plancost analyse
