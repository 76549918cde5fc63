# The same for machines.
plancost budget --total 500M --heads 10k --population viberank-2026-06 --cap 5k,50k --blended 1.4 --json
