# a model on which the workload does nothing
code 2
plancost route --workload mixed --shift kestrel=nw-small:50% --no-bundled --from tests/fixtures/routing.toml
