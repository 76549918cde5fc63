# Refused, with what would be right.
code 2
plancost solve claude-pro --for price --target 'margin@20%=60%'
