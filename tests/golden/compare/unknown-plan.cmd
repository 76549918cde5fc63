# no such plan, with the nearest
code 2
plancost compare claude-max-20 chatgpt-pro-20x
