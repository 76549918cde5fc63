# No price of the range; a use that is lower than all of it
code 1
plancost solve --no-bundled claude-pro --for price --target 'margin@20%>=60%' --range :49.99 --from tests/fixtures/six.toml
