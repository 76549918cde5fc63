code 2
plancost analyze --plan claude-pro --uncertain 'api_margin=triangular(0.6, 0.75, 1.2)'
