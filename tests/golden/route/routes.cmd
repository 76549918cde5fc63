# classes, a cascade and a conversation
plancost route --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml --width 80
