# Refused, with what would be right.
code 2
plancost budget --total 500M --dist 'point(0)'
