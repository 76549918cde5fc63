# a file that ends in the middle
code 3
plancost prices import tests/data/prices/wrong/cut-off.json
