# 1 % of escalation needs all traffic
plancost route --frontier-usd 1 --cheap-usd 0.04 --escalation 1% --target-saving 95% --width 80
