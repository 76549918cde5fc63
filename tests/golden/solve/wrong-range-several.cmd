# Refused, with what would be right.
code 2
plancost solve claude-pro --for price,allowance --target 'margin@20%>=0' --range 20:40
