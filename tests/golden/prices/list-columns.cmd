# columns and their meanings
plancost prices list --columns help
