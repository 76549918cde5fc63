# the published table of self-selection: informed buyers
plancost simulate --plan claude-pro --plan 'claude-max-*' --choose --width 80
