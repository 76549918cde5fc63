# The same where there is no room for the column
terminal 80
plancost solve --no-bundled --for price,allowance --target 'margin@20%>=60%' --from tests/fixtures/six.toml
