code 2
plancost analyze --plan claude-pro --uncertain 'api_margin=0.7' --table tornados
