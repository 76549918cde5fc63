plancost usage --columns help
