# What was not counted
env HOME=tests/fixtures/logs/home
plancost replay --plan claude-pro --table skipped
