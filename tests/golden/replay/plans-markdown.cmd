# Markdown
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml -f markdown
