# not even a free model would do
code 1
plancost route --frontier-usd 1 --cheap-usd 0.02 --escalation 4% --router-usd 0.02 --target-saving 95% --width 80
