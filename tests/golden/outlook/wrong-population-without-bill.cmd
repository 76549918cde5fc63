# Refused, with what would be right.
code 2
plancost outlook claude-pro --dist 'beta(2, 26)'
