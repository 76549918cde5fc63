# differences for screen readers
plancost compare pro max-20x --baseline pro -f plain --no-bundled --from tests/fixtures/tiers.toml
