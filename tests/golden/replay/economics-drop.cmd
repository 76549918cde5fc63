# Thirty requests of 1.70 dollars every 20 minutes from 08:00: 20.40 included, 30.60 refused, two hits, six hours
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro
