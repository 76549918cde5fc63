# A plan earns now, loses from year 1.82 on, is saturated at 5.46 and earns again from 9.95 on.
plancost outlook chatgpt-pro-20x --at 3% --cost-decline 25% --use-growth 90% --trajectory --from tests/fixtures/six.toml --no-bundled --width 140
