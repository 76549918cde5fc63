# The same for a document
plancost solve --no-bundled --for price,allowance,api-margin,routed-share --cheap-cost 1/25 --target 'margin@20%>=0' --target 'margin@20%>=60%' --table answers -f markdown --from tests/fixtures/six.toml
