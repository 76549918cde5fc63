# An hour without work at 50 dollars
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --refused 0 --blocked-hour 50 --columns rank,plan,blocked_hours,monthly_total_usd
