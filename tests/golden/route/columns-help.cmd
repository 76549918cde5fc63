# the columns and what they mean
plancost route --columns help
