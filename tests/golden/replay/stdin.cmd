# A log in a pipe
stdin tests/fixtures/logs/day.csv
plancost replay - --plans tests/fixtures/logs/plans.toml --plan acme-pro --columns plan,hits,refused_usd -q
