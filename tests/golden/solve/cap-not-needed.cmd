# The typical population leaves enough
plancost solve --no-bundled claude-pro --for cap,overage --target 'mean-margin>=10%' --from tests/fixtures/six.toml
