# did you mean
code 2
plancost analyze --columns plan,brake_even
