# for screen readers
plancost compare pro max-5x max-20x lite -f plain --no-bundled --from tests/fixtures/tiers.toml
