# A folder without logs
code 3
plancost replay src/render
