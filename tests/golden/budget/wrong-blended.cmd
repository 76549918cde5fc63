# Refused, with what would be right.
code 2
plancost budget --heads 5 --blended 0
