# a share of a workload
plancost route --workload coding --shift nw-large=nw-small:50% --escalation 5% --width 80 --no-bundled --from tests/fixtures/routing.toml
