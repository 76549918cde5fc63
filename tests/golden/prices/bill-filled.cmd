# classes without a price of their own
plancost prices bill gpt-5-pro --input 10k --cache-read 90k --cache-write-1h 5k --batch --width 80
