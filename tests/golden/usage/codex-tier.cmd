# The same requests at 2.5 times list
env HOME=tests/fixtures/logs/metered
plancost usage --log-format codex --codex-tier fast --by model -f csv
