# the ranges that sources give for the limits
plancost analyze --as-of 2026-06-15 --plan 'claude-max-*' --uncertain ranges
