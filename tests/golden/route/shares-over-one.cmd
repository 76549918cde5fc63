# shares that are more than all
code 2
plancost route --workload coding --shift nw-small:60% --shift kestrel:50% --no-bundled --from tests/fixtures/routing.toml
