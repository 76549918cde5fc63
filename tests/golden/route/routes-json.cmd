# all of it as JSON
plancost route max --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml --quality-floor 0.955 --json
