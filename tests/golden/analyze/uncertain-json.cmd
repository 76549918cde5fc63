plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-max-20x --uncertain 'price_usd=uniform(150, 250)' --uncertain 'fixed_cost_usd=10' --mean-use 5% --draws 2000 --seed 7 --json
