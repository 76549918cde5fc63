# No such log
code 3
plancost replay nothing.csv
