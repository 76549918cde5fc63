# a percentage without its sign
code 2
plancost analyze --api-margin 75
