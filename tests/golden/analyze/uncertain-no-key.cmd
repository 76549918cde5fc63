code 2
plancost analyze --uncertain 'margin=0.7'
