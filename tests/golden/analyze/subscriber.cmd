# a subscriber over time
plancost analyze --no-bundled tests/fixtures/six.toml --mean-use 5% --churn 5% --cac-usd 50 --support-usd-per-month 1 --discount-per-month 1% --columns plan,contribution_usd_per_month,payback_months,lifetime_months,ltv_usd,ltv_over_cac
