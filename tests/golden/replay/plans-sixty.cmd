# All plans in a narrow terminal
terminal 60
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --color never
