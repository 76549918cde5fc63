# what to describe
code 2
plancost schema
