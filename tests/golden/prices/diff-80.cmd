# the catalogue and a file
plancost prices diff bundled tests/data/prices/litellm.json --common --width 80
