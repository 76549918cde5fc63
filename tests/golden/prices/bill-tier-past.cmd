# one token more, as a batch, three times
plancost prices bill gpt-5.5 --input 272001 --output 1k --batch --requests 3 --width 80
