# Work past the limits runs on a model at a tenth of the price
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-mini --overflow downgrade=acme-small --downgraded 50%
