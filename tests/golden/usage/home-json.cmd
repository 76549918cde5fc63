# The same for machines
env HOME=tests/fixtures/logs/home
plancost usage --by model --json
