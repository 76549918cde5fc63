# Other columns, the dearest first
plancost solve --no-bundled --for price --target 'margin@20%>=60%' --columns plan,value,status,to_spare --sort value:desc --from tests/fixtures/six.toml
