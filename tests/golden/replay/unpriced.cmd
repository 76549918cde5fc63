# A model without a price: nothing is said to fit
plancost replay tests/fixtures/logs/unpriced.csv --plans tests/fixtures/logs/plans.toml
