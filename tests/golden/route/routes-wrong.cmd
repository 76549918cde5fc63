# every mistake of a routes file at its place
code 3
plancost route --routes tests/fixtures/routes-wrong.toml --no-bundled --from tests/fixtures/routing.toml
