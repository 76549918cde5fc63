# Only some days; what is outside is told
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --from 2026-03-09 --to 2026-03-09
