# a router where no request is known
code 2
plancost route --workload coding --shift nw-small --router-usd 0.001 --no-bundled --from tests/fixtures/routing.toml
