# Refused, with what would be right.
code 2
plancost budget --heads 5 --dist 'lognorml(median=3, s=1)'
