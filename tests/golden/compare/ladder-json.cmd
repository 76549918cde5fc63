# an object for each stretch, and for each plan without one
plancost compare --ladder pro max-5x max-20x lite mystery --json --no-bundled --from tests/fixtures/tiers.toml
