# one uncertain input has a formula, so that nothing is drawn
plancost analyze --no-bundled tests/fixtures/six.toml --uncertain 'api_margin=triangular(0.60,0.75,0.85)' --table uncertainty -f csv
