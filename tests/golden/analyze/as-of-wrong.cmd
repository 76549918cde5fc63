# not a day
code 2
plancost analyze --as-of 2026-02-30
