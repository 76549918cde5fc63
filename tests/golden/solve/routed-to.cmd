# The other model at its list price; without a workload nobody knows
plancost solve --no-bundled northwind/pro northwind/sessions --for routed-share --routed-to nw-small --target 'margin@50%>=0' --from tests/fixtures/market.toml
