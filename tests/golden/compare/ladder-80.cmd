# the ladder at 80 columns: a dominated plan and an unknown one
plancost compare --ladder pro max-5x max-20x lite mystery --width 80 --no-bundled --from tests/fixtures/tiers.toml
