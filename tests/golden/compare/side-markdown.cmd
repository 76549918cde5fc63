# a table for a pull request
plancost compare pro max-5x max-20x lite -f markdown --no-bundled --from tests/fixtures/tiers.toml
