# the cheapest routing with a quality, and a saving that it leaves out of reach
code 1
plancost route --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml --quality-floor 0.955 --target-saving 40% --width 80
