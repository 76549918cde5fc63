# two populations
code 2
plancost simulate --dist 3% --population typical
