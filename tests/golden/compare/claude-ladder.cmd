# the published tiers of Claude
plancost compare --ladder claude-pro claude-max-5x claude-max-20x --width 80
