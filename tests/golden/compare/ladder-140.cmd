# the ladder at 140 columns
plancost compare --ladder pro max-5x max-20x lite mystery --width 140 --no-bundled --from tests/fixtures/tiers.toml
