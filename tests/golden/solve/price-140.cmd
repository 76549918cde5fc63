# More proofs than lines below a table: the column is whole or not there
terminal 140
plancost solve --no-bundled --for price,allowance --target 'margin@20%>=60%' --from tests/fixtures/six.toml
