# a cheap model that is none
plancost route --frontier-usd 1 --cheap-usd 2 --share 50% --width 80
