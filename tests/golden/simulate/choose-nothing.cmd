# no such plan to choose
code 3
plancost simulate --plan claud-pro --choose
