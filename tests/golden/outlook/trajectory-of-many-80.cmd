# More lines than a chart can hold: years in rows.
terminal 80
plancost outlook claude-max-20x chatgpt-pro-20x --at 3%,50% --trajectory --years 2 --use-growth 40% --cost-decline 25%,2x --from tests/fixtures/six.toml --no-bundled
