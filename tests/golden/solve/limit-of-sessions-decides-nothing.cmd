# The week holds the month below the target whatever a session grants
plancost solve --no-bundled northwind/sessions --for limit:5h,limit:week --target 'worst-case>=-100' --from tests/fixtures/market.toml
