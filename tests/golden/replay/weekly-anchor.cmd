# The week begins anew at 12:00, in Berlin 11:00 UTC
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --weekly-anchor 'mon 12:00' --tz Europe/Berlin --table windows
