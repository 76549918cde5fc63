# the columns of the ladder
plancost compare --ladder --columns help
