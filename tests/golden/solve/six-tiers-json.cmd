# All of it in one document
plancost solve claude-pro claude-max-20x --no-bundled --for price,allowance,api-margin,routed-share --cheap-cost 1/25 --target 'margin@20%>=0' --target 'margin@20%>=60%' --json --from tests/fixtures/six.toml
