# Each window that stopped something, and what filled it
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --table hits -f csv
