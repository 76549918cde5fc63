# shares say nothing of a choice
code 2
plancost simulate --choose --population typical
