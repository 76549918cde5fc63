# A plan that must fit does
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --must-fit acme-max -q --columns plan,fits
