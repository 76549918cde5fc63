# All use elsewhere is not enough
code 1
plancost solve --no-bundled claude-max-20x --for routed-share --cheap-cost 50% --target 'margin@20%>=60%' --from tests/fixtures/six.toml
