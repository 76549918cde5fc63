# for screen readers
plancost route --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml -f plain
