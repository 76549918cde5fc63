# no such plan
code 3
plancost simulate --plan claud-pro
