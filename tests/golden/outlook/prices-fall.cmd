# A falling price is as bad as a rising cost.
plancost outlook claude-max-20x --at 5% --cost-decline 25% --price-growth -30% --from tests/fixtures/six.toml --no-bundled
