# a share over 1
code 2
plancost route --shift nw-small:120% --no-bundled --from tests/fixtures/routing.toml
