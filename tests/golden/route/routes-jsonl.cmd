# a line each
plancost route --routes tests/fixtures/routes.toml --no-bundled --from tests/fixtures/routing.toml -f jsonl
