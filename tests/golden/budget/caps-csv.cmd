# The caps alone.
plancost budget --heads 2k --dist 'lognormal(median=86, p75=195)' --cap 100,250,1000 -f csv --table caps
