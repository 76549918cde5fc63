# an unknown maximum where completeness is demanded
code 4
plancost simulate --plan mystery --strict --no-bundled tests/fixtures/tiers.toml
