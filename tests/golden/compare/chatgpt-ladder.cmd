# the published tiers of ChatGPT
plancost compare --ladder chatgpt-plus chatgpt-pro-5x chatgpt-pro-20x --width 80
