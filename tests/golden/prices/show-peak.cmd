# dearer hours
plancost prices show deepseek-v4-pro --width 80
