# No share of a plan without maximum is an amount
code 1
plancost solve --no-bundled northwind/unlimited --for price,limit,allowance,utilization --target 'margin@50%>=20%' --from tests/fixtures/market.toml
