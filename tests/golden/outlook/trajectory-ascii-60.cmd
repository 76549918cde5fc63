# Without other characters.
terminal 60
plancost outlook chatgpt-pro-20x --at 50% --cost-decline 1.2x,2x --trajectory --ascii --from tests/fixtures/six.toml --no-bundled
