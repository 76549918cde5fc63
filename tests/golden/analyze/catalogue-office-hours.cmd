# a plan of the catalogue in office hours
plancost analyze --plan claude-max-20x --as-of 2026-06-15 --hours-per-day 8 --days-per-week 5
