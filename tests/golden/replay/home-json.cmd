# The same for machines
env HOME=tests/fixtures/logs/home
plancost replay --plan claude-pro --json
