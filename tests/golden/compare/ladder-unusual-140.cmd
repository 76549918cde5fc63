# a free plan and one without limit: the API is never the cheapest
plancost compare --ladder --width 140 --no-bundled --from tests/fixtures/tiers.toml
