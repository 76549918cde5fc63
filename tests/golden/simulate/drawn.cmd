# drawn, and checked by closed forms
plancost simulate --plan max-20x --method both --samples 1e5 --seed 7 --width 80 --no-bundled tests/fixtures/tiers.toml
