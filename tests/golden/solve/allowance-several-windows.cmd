# All windows in proportion: arguments of both, to be copied as they stand
plancost solve --no-bundled northwind/sessions --for allowance --target 'worst-case>=0' --columns plan,value,put_back --from tests/fixtures/market.toml
