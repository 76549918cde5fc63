# Nor can it be demanded
code 4
plancost replay tests/fixtures/logs/unpriced.csv --plans tests/fixtures/logs/plans.toml --plan acme-max --must-fit acme-max -q
