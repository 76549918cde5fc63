# measured use from a pipe
stdin tests/fixtures/use.csv
plancost simulate --plan pro --utilizations - --column api_usd_per_month --show none --no-bundled tests/fixtures/tiers.toml
