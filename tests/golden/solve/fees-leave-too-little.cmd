# No price does it, since the store takes 30 % of each
code 1
plancost solve --no-bundled claude-pro --for price,allowance --fees store --target 'margin@20%>=75%' --from tests/fixtures/six.toml
