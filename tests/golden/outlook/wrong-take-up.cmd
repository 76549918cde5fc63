# Refused, with what would be right.
code 2
plancost outlook claude-pro --metered 'take-up=160%'
