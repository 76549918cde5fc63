# before there was a price
code 2
plancost prices bill gpt-5.6-luna --input 1 --as-of 2020-01-01
