# A row for each pace.
plancost outlook chatgpt-pro-20x --at 50% --cost-decline 2x,frontier -f csv --from tests/fixtures/six.toml --no-bundled
