# an age that is none
code 2
plancost prices check --max-age 5
