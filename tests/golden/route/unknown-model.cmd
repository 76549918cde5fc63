# a model that does not exist
code 2
plancost route --workload coding --shift nw-large=nw-smal:50% --no-bundled --from tests/fixtures/routing.toml
