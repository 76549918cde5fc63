# a line for each stretch
plancost compare --ladder pro max-5x max-20x lite mystery -f csv --no-bundled --from tests/fixtures/tiers.toml
