# Refused, with what would be right.
code 2
plancost solve claude-pro --for cap --target 'margin@20%>=60%'
