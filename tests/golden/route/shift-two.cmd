# two targets, one dearer in peak hours
plancost route --workload coding --shift kestrel:40% --shift nw-small:50% --width 80 --no-bundled --from tests/fixtures/routing.toml
