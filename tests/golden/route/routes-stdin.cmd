# from standard input
stdin tests/fixtures/routes.toml
plancost route --routes - --quality-floor 0.955 -q --no-bundled --from tests/fixtures/routing.toml
