# four plans at 140 columns
plancost compare pro max-5x max-20x lite --width 140 --no-bundled --from tests/fixtures/tiers.toml
