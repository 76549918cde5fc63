# JSON of our own
code 3
plancost prices import tests/diff/base.json
