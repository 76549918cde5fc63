# measured use from a terminal
code 2
stdin terminal
plancost simulate --plan claude-pro --utilizations -
