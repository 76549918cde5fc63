# The document.
plancost outlook chatgpt-pro-20x --at 3%,100% --cost-decline 25% --use-growth 90% --years 2 --json --from tests/fixtures/six.toml --no-bundled
