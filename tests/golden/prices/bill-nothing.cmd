# no tokens
code 2
plancost prices bill gpt-5
