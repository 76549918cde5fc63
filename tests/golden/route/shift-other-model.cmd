# the tokens of a workload on another model
plancost route --workload coding --shift nw-small=kestrel:80% --output-factor 1.5 --width 80 --no-bundled --from tests/fixtures/routing.toml
