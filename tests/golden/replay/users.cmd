# Three users, a line for all of them
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --from 2026-03-01
