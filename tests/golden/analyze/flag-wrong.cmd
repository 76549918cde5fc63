# a similar flag
code 2
plancost analyze --fromat json
