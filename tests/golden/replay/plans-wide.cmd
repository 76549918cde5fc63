# All plans at 140 columns
terminal 140
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --color never
