# commands are not abbreviated
code 2
plancost ana
