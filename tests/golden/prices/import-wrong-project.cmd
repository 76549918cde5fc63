# another project than was said
code 3
plancost prices import --from models.dev tests/data/prices/litellm.json
