# The years alone, for machines.
plancost outlook chatgpt-pro-20x --at 50% --cost-decline 2x --years 4 --table trajectory -f csv --from tests/fixtures/six.toml --no-bundled
