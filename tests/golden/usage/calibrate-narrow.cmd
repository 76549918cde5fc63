# Columns that do not fit are named
env HOME=tests/fixtures/logs/metered
plancost usage --calibrate --width 60 --points 3
