# the columns and what they mean
plancost analyze --columns help
