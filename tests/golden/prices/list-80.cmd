# the prices of a vendor at 80 columns
plancost prices list --model 'claude-*' --width 80
