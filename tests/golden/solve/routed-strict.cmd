# Unknown is an error where that is demanded
code 4
plancost solve --no-bundled northwind/sessions --for routed-share --routed-to nw-small --target 'margin@50%>=0' --strict --from tests/fixtures/market.toml
