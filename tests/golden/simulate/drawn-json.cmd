# drawn, on three threads
plancost simulate --plan pro --method simulate --samples 50000 --threads 3 --json --no-bundled tests/fixtures/tiers.toml
