# the same at 60 columns
plancost prices list --model 'claude-*' --width 60
