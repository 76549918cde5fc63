# several targets in the best case
plancost route --workload coding --migrate nw-small --migrate kestrel --width 80 --no-bundled --from tests/fixtures/routing.toml
