# a negative cost
code 2
plancost route --frontier-usd -1 --cheap-usd 0.02
