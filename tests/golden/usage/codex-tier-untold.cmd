# The settings ask for the fast tier, and the log does not tell
env HOME=tests/fixtures/logs/metered
plancost usage --log-format codex --by model -f csv
