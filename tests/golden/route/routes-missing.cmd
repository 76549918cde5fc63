# a routes file that is not there
code 3
plancost route --routes tests/fixtures/none.toml --no-bundled --from tests/fixtures/routing.toml
