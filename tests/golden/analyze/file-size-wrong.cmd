# a size
code 2
plancost analyze --max-file-size huge
