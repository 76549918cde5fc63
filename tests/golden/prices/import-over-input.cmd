# the plan file over the input
code 5
plancost prices import tests/data/prices/litellm.json --to tests/data/prices/litellm.json
