# Columns that are asked for are of rows.
plancost outlook chatgpt-pro-20x --at 3%,50% --cost-decline 2x,frontier --use-growth 60% --columns plan,utilization,cost_decline,covers,years_to_break_even,first_loss_years,recovery_years,crossings,floor_usd_per_month --from tests/fixtures/six.toml --no-bundled
