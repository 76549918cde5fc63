# nothing differs
plancost prices diff tests/data/prices/litellm.json tests/data/prices/litellm.json --exit-code
