# All plans at 80 columns
terminal 80
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --color never
