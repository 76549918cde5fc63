# Without a plan, those of each meter, at no price
env HOME=tests/fixtures/logs/metered
plancost usage --calibrate --points 2 --write-limits {tmp}/mine.toml -f csv
