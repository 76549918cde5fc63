# Demand in shares stays in dollars when the cap changes
terminal 80
plancost solve --no-bundled claude-max-20x --for cap,overage,allowance --dist 'lognormal(median=3%, s=1.28)' --target 'mean-margin>=50%' --from tests/fixtures/six.toml
