# one model as JSON
plancost prices list --model grok-4.5 --json
