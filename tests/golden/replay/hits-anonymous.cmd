# The same with numbers in place of names
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --anonymize --table hits -f csv
