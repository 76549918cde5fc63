# a row for each class
plancost route --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml -f csv
