code 2
plancost replay tests/fixtures/logs/team.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --overflow overage --export focus={tmp}/charges.csv
