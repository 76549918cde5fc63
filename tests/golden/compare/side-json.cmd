# an object for each plan; an unknown maximum
plancost compare pro max-20x mystery --json --baseline pro --no-bundled --from tests/fixtures/tiers.toml
