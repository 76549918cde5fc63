# all prices of a model as JSON
plancost prices show claude-opus-4-6 --json
