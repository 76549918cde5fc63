# chosen columns in another order
plancost route --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml --columns route,saved_usd,escalation_usd --sort saved_usd:desc
