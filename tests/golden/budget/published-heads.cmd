# The last line of it: so few people that half of them use 16 billion tokens.
plancost budget --total 500M --heads 10k --dist 'lognormal(median=1, s=1.2763)' --cap 5k --blended 1.4
