# buyers who expect twice their use
plancost simulate --plan claude-pro --plan 'claude-max-*' --choose --over-estimate 2 --width 80
