# the plan file alone, from standard input
stdin tests/data/prices/litellm.json
plancost prices import - --to - --date 2026-07-15
