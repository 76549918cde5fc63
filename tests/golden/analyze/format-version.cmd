# only version 1 exists
code 2
plancost analyze --format-version 2
