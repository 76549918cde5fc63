# Refused, with what would be right.
code 2
plancost outlook claude-pro --cost-decline 2
