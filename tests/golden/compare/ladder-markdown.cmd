# the ladder in Markdown
plancost compare --ladder pro max-5x max-20x lite mystery -f markdown --no-bundled --from tests/fixtures/tiers.toml
