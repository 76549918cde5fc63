# In blocks.
plancost outlook chatgpt-pro-20x --at 50% --cost-decline 2x,frontier -f plain --from tests/fixtures/six.toml --no-bundled
