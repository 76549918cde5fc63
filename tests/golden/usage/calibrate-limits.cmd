# Windows that are known become limits of a plan, with what they rest on
env HOME=tests/fixtures/logs/metered
plancost usage --calibrate --log-format claude-code --plan claude-max-5x --write-limits {tmp}/mine.toml -f csv
