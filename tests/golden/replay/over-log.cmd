# The population is not written over a log
code 5
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro -q --columns plan --write-population tests/fixtures/logs/day.csv
