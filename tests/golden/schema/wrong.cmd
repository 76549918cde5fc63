# a similar word
code 2
plancost schema plans
