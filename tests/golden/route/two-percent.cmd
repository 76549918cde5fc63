# 2 % of escalation rule a saving of 95 % out
code 1
plancost route --frontier-usd 1 --cheap-usd 0.04 --escalation 2% --target-saving 95% --width 80
