# JSON lines
plancost compare pro lite -f jsonl --no-bundled --from tests/fixtures/tiers.toml
