# a file without days
code 1
plancost prices check tests/data/prices/litellm.json --as-of 2026-11-03 --width 80
