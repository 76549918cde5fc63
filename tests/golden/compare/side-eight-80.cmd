# more plans than 80 columns hold are named
plancost compare pro max-5x max-20x lite free flat mystery 'a-plan-*' --width 80 --no-bundled --from tests/fixtures/tiers.toml
