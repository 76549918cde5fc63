# The nearest value of the range
plancost solve --no-bundled claude-pro --for price --target 'margin@20%>=60%' --range 60:80 --from tests/fixtures/six.toml
