# A margin of all vendors is put back by its own flag
plancost solve --no-bundled claude-max-20x --for api-margin --api-margin 50% --target 'margin@20%>=60%' --from tests/fixtures/six.toml
