# the six tiers of the catalogue as they were published
plancost analyze --plan claude-pro --plan 'claude-max-*x' --plan chatgpt-plus --plan 'chatgpt-pro-*x' --as-of 2026-06-15
