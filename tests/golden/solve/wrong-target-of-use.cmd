# Refused, with what would be right.
code 2
plancost solve claude-pro --for utilization --target 'break-even>=20%'
