# plans of three vendors
plancost compare claude-max-20x chatgpt-pro-20x cursor-ultra --width 80
