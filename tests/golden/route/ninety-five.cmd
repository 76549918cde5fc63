# 95 % of traffic is not 95 % of cost
plancost route --frontier-usd 1 --cheap-usd 0.02 --share 95% --target-saving 95% --width 80
