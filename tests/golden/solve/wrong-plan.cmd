# Refused, with what would be right.
code 2
plancost solve claude-por --for price --target 'margin@20%>=0'
