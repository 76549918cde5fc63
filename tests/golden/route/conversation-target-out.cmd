# more than any number of turns saves
code 1
plancost route --shift nw-large=nw-small:50% --turns 24 --context-tokens 30000 --new-tokens 2000 --output-tokens 800 --target-saving 85% --width 80 --no-bundled --from tests/fixtures/routing.toml
