# a saving that the price alone would reach
code 1
plancost route --workload coding --migrate kestrel --cache-hits 0% --tries 2 --target-saving 90% --width 80 --no-bundled --from tests/fixtures/routing.toml
