# fewer than none
code 2
plancost prices bill gpt-5 --input -5
