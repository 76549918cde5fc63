# the channels are listed
code 2
plancost analyze --fees cash
