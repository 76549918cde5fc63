# all turns
plancost route --shift nw-large=nw-small --turns 24 --context-tokens 30000 --new-tokens 2000 --output-tokens 800 --target-saving 60% --width 80 --no-bundled --from tests/fixtures/routing.toml
