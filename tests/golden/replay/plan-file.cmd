# A plan file where a log should be
code 3
plancost replay tests/fixtures/logs/plans.toml
