# measured dollars
plancost simulate --plan pro --plan max-5x --utilizations tests/fixtures/use.csv --column api_usd_per_month --show none --width 140 --no-bundled tests/fixtures/tiers.toml
