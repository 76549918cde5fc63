code 2
plancost analyze --uncertain 'api_margin=triangle(0.6, 0.7, 0.8)'
