# and err
plancost simulate --plan claude-pro --plan 'claude-max-*' --choose --over-estimate 2 --noise 1 --width 80
