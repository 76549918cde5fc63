# a pattern that fits nothing
code 2
plancost prices list --model 'zzz*'
