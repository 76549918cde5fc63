# Requests of two models where subscribers send what costs most
plancost solve --no-bundled northwind/requests --for limit,allowance --mix worst-case --target 'worst-case-margin>=40%' --from tests/fixtures/market.toml
