# Shares of a maximum have a shape, and no level.
plancost budget --total 500M --heads 10k --population typical
