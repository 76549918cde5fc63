# A model that costs as much, and one that is not cheap enough
code 1
plancost solve --no-bundled claude-max-20x --for routed-share --cheap-cost 100% --target 'margin@20%>=60%' --from tests/fixtures/six.toml
