# the prices of an earlier day
plancost prices list --model 'gpt-5.6-*' --as-of 2026-07-15 --width 80
