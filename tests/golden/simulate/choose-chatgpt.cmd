# the other ladder, noisy
plancost simulate --plan chatgpt-plus --plan chatgpt-pro-5x --plan chatgpt-pro-20x --choose --over-estimate 2 --noise 1 --width 140
