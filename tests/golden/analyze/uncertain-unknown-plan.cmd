# a plan whose allowance nobody knows
plancost analyze --as-of 2026-06-15 --plan 'copilot-business' --plan 'claude-team-premium' --plan claude-enterprise --uncertain ranges
