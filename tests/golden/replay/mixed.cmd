# Work of a model that the vendor does not sell
plancost replay tests/fixtures/logs/mixed.csv --prices tests/fixtures/logs/other.toml --plans tests/fixtures/logs/plans.toml --columns plan,status,fits,monthly_total_usd
