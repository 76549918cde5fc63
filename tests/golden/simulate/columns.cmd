# the columns and what they mean
plancost simulate --columns help
