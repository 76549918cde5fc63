# no such table
code 2
plancost simulate --plan pro --table histgram --no-bundled tests/fixtures/tiers.toml
