# a router is paid by the request
plancost route --workload coding --shift kestrel:80% --router-usd 0.0005 --tokens-per-request 100000 --width 80 --no-bundled --from tests/fixtures/routing.toml
