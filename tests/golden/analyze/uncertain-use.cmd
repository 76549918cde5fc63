# what the margin hangs on
plancost analyze --no-bundled tests/fixtures/six.toml --plan chatgpt-pro-20x --uncertain 'api_margin=triangular(0.60,0.75,0.85)' --uncertain 'max_api_factor=lognormal(1, 0.2)' --uncertain 'utilization=beta(2, 26)' --width 140
