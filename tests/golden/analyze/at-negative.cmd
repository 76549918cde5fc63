# no use is less than none
code 2
plancost analyze --at=-5%
