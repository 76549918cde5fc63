# Overage with a cap of 7 dollars: 24.00 refused, still blocked
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --plan acme-pro --overflow overage --spend-cap 7 -f plain
