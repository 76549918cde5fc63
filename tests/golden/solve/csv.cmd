# A line for each answer
plancost solve --no-bundled claude-pro claude-max-20x --for price,limit --target 'margin@20%>=60%' -f csv --from tests/fixtures/six.toml
