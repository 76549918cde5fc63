# the same at 140 columns
plancost route --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml --width 140
