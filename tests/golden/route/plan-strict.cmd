# the same where all must be known
code 4
plancost route max mystery --shift nw-small:50% --width 80 --strict --no-bundled --from tests/fixtures/routing.toml
