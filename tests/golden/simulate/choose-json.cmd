# who picks what
plancost simulate --choose --json --no-bundled tests/fixtures/tiers.toml
