# A yearly price is put back as one; others stay monthly
code 1
plancost solve --no-bundled northwind/pro northwind/dear northwind/unlimited --for price --billed year --target 'profit@50%>=3' --from tests/fixtures/market.toml
