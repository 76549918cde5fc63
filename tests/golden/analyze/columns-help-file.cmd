# -o holds for the list too
plancost analyze --columns help -o {tmp}/columns.txt
