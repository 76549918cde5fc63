# only by vendor
code 2
plancost analyze --group price
