# The published table: price, allowance, API margin and routed share at a mean use of 20 %
terminal 80
plancost solve --no-bundled --for price,allowance,api-margin,routed-share --cheap-cost 1/25 --target 'margin@20%>=0' --target 'margin@20%>=60%' --table answers --from tests/fixtures/six.toml
