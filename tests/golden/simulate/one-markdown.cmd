# one plan in Markdown
plancost simulate --plan pro -f markdown --no-bundled tests/fixtures/tiers.toml
