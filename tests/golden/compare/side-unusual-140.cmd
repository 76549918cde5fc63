# free, without limit, unknown, and a name that no table has room for
plancost compare free flat mystery 'a-plan-*' pro --width 140 --no-bundled --from tests/fixtures/tiers.toml
