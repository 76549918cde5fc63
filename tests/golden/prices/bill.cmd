# the worked example
plancost prices bill claude-opus-4-8 --input 12000 --cache-read 150000 --cache-write-5m 9000 --cache-write-1h 3000 --output 2500 --width 80
