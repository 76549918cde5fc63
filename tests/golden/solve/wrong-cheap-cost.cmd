# Refused, with what would be right.
code 2
plancost solve claude-pro --for routed-share --target 'margin@20%>=0' --cheap-cost 25
