# what is stale in the catalogue
code 1
plancost prices check --width 80
