# a prompt of exactly the mark
plancost prices bill gpt-5.5 --input 272k --output 1k --width 80
