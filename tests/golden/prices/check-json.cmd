# as JSON
code 1
plancost prices check tests/data/prices/models-dev.json --no-bundled --as-of 2026-11-03 --json --columns model
