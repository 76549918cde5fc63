# One that does not
code 1
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --must-fit acme-pro -q --columns plan,fits
