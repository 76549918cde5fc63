# Each window in turn; of sessions, both
code 1
plancost solve --no-bundled --for limit --target 'serving@100%<=75%' --from tests/fixtures/market.toml
