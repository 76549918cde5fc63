# four plans at 60 columns: two tables
plancost compare pro max-5x max-20x lite --width 60 --no-bundled --from tests/fixtures/tiers.toml
