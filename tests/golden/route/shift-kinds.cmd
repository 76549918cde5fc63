# work of several models, of which one is moved
plancost route --workload mixed --shift nw-large=kestrel:80% --width 80 --no-bundled --from tests/fixtures/routing.toml
