# the ladder at 60 columns
plancost compare --ladder pro max-5x max-20x lite mystery --width 60 --no-bundled --from tests/fixtures/tiers.toml
