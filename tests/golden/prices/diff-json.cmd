# as JSON
plancost prices diff bundled tests/data/prices/models-dev.json --common --model 'kimi*' --json
