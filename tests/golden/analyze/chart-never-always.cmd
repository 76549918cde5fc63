# serving costs nothing, so that use never loses; one loses without any
plancost analyze --chart --width 80 --no-bundled tests/fixtures/six.toml --api-margin 1 --set claude-pro.fixed_cost_usd_per_month=25
