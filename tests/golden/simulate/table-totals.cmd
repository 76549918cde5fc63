# totals at another level and correlation
plancost simulate --plan max-20x --table totals --level 99% --correlation 10% --width 140 --no-bundled tests/fixtures/tiers.toml
