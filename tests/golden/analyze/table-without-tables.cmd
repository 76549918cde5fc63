code 2
plancost analyze --plan claude-pro --table uncertainty
