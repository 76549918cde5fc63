# What a blocked hour and refused work are worth decides: the smallest plan wins where they are worth nothing
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --refused 0 -q --columns rank,plan,fits,monthly_total_usd
