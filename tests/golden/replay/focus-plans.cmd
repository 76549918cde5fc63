# Of several plans there is no bill
code 2
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --export focus={tmp}/charges.csv
