# a population of a file, by segments
plancost simulate --plan max-5x --population three-kinds --prices tests/fixtures/segments.toml --show quantiles --width 80 --no-bundled tests/fixtures/tiers.toml
