# The least price, with its proof
terminal 80
plancost solve --no-bundled claude-max-20x --for price --target 'margin@20%>=60%' --from tests/fixtures/six.toml
