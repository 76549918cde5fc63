# the published heat map for a pull request
plancost analyze --plan claude-pro --plan 'claude-max-*x' --plan chatgpt-plus --plan 'chatgpt-pro-*x' --as-of 2026-06-15 --at 1%,5%,2/35,10%,4/35,15%,20%,25%,50%,100% -f markdown --quiet
