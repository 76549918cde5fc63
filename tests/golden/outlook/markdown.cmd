# The paces side by side.
plancost outlook chatgpt-pro-20x --at 50% --cost-decline 2x,frontier -f markdown --from tests/fixtures/six.toml --no-bundled
