# a plan that does not exist
code 2
plancost route maxx --shift nw-small --no-bundled --from tests/fixtures/routing.toml
