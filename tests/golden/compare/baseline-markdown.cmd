# differences in Markdown
plancost compare pro max-20x --baseline pro -f markdown --no-bundled --from tests/fixtures/tiers.toml
