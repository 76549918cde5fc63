# nothing is near
code 2
plancost analyze --columns zebra
