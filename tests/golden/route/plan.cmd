# what it does to the break-even of plans, of which one is not known
plancost route max mystery --shift nw-small:50% --width 80 --no-bundled --from tests/fixtures/routing.toml
