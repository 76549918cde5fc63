# Refused, with what would be right.
code 2
plancost solve claude-pro --for cap --target 'mean-margin>=0' --take-up 50%
