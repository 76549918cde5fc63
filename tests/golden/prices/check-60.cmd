# with notes, held against a file, at 60 columns
code 1
plancost prices check --max-age 150d --against tests/data/prices/models-dev.json --width 60
