# a table for each plan at 40 columns, in ASCII
plancost compare pro max-5x max-20x lite --width 40 --ascii --no-bundled --from tests/fixtures/tiers.toml
