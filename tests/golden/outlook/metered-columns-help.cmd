# Every column.
plancost outlook --metered fee=1 --columns help
