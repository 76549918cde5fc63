# Refused, with what would be right.
code 2
plancost solve claude-pro --target 'margin@20%>=0'
