# Every column and its meaning
plancost replay --columns help
