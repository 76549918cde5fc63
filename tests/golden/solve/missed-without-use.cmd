# Costs that do not depend on use are more than the price
code 1
plancost solve --no-bundled northwind/dear --for allowance,utilization,api-margin,limit --target 'worst-case>=0' --from tests/fixtures/market.toml
