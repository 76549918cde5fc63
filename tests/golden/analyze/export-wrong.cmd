# FORMAT=FILE
code 2
plancost analyze --export plans.csv
