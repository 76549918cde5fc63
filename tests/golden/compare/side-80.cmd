# four plans at 80 columns
plancost compare pro max-5x max-20x lite --width 80 --no-bundled --from tests/fixtures/tiers.toml
