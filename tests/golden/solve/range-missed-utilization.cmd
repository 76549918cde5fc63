# The same of shares
code 1
plancost solve --no-bundled claude-pro --for utilization --target 'margin@20%>=60%' --range 10%:20% --from tests/fixtures/six.toml
