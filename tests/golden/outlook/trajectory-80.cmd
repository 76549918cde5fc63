# A curve for each pace.
terminal 80
plancost outlook chatgpt-pro-20x --at 50% --cost-decline 1.2x,2x,9x --trajectory --years 8 --from tests/fixtures/six.toml --no-bundled
