# did you mean
code 2
plancost analyze --sort multipel
