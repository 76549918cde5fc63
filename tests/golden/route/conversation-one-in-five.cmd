# one cheap turn in five
plancost route --shift nw-large=nw-small:20% --turns 24 --context-tokens 30000 --new-tokens 2000 --output-tokens 800 --width 80 --no-bundled --from tests/fixtures/routing.toml
