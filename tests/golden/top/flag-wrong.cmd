# no such flag before a command
code 2
plancost --json
