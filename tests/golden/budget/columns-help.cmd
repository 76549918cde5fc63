# Every column.
plancost budget --columns help
