# A free plan has no revenue to be a share of; dollars it can lose, and a price it can take
code 1
plancost solve --no-bundled northwind/free --for price,allowance,utilization --target 'margin@50%>=20%' --target 'profit@50%>=-1' --from tests/fixtures/market.toml
