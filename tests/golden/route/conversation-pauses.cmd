# pauses that outlive the cache, an escalation and a router
plancost route --shift nw-large=nw-small:50% --turns 24 --context-tokens 30000 --new-tokens 2000 --output-tokens 800 --pattern last --cache-minutes 5 --minutes-between-turns 6 --escalation 5% --router-usd 0.0005 --width 80 --no-bundled --from tests/fixtures/routing.toml
