# A line for each user
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --from 2026-03-01 --by-user --table users
