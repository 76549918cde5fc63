# a line for each plan
plancost compare pro max-5x max-20x lite -f csv --no-bundled --from tests/fixtures/tiers.toml
