# Credits by the model: 5 credits of 400; a limit in requests is not known where rows stand for several
plancost replay tests/fixtures/logs/summed.csv --plans tests/fixtures/logs/plans.toml --columns plan,fits,peak_utilization,overage_usd,reason
