# the columns and what they mean
plancost compare --columns help
