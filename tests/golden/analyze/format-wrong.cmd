# the formats are listed
code 2
plancost analyze -f xml
