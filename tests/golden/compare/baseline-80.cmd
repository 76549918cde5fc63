# differences with their signs, at chosen utilizations
plancost compare pro max-20x --baseline lite --at 2/35,10% --width 80 --no-bundled --from tests/fixtures/tiers.toml
