# asc or desc
code 2
plancost analyze --sort multiple:down
