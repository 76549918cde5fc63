# a line for each plan, sorted
plancost simulate --plan pro --plan max-20x --sort margin -f jsonl --no-bundled tests/fixtures/tiers.toml
