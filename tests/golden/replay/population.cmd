# What users used, as a population
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --from 2026-03-01 --plan acme-max --set acme-max.limit.5h.api_usd=100 -q --write-population {tmp}/book.toml
