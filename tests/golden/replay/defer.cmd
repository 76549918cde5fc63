# Work that waits, and what waits at the end
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --overflow defer
