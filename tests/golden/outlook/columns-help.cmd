# Every column.
plancost outlook --columns help
