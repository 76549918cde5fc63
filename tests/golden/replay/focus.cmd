# The charges of one plan, as if it had been paid for
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --export focus={tmp}/charges.csv
