# The figures of an answer
plancost solve --columns help
