# What is not known is never zero
plancost solve --no-bundled --for price,limit,allowance,api-margin --target 'margin@50%>=20%' --from tests/fixtures/gaps.toml
