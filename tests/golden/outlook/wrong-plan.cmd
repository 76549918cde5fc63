# Refused, with what would be right.
code 2
plancost outlook chatgpt-pro-20
