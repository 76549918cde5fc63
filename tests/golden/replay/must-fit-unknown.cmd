# One whose limits are not known
code 4
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --must-fit acme-credits -q --columns plan,fits
