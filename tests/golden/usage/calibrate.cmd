# Three meters: four responses of $1 each move one from 0 to 5, 10 and 16 percent: $1, $2 and $1 of them, so $20, $40
# and $16.67 a window. The week moves by six points in all. Codex: $3, $6 and $3 for 5, 6 and 5 points
env HOME=tests/fixtures/logs/metered
plancost usage --calibrate --width 100
