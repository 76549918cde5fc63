# the published tiers at an uncertain API margin and allowance: break-even 3.5/5.4/8.7 % for the largest
plancost analyze --no-bundled tests/fixtures/six.toml --uncertain 'api_margin=triangular(0.60,0.75,0.85)' --uncertain 'max_api_factor=lognormal(1, 0.2)' --width 80
