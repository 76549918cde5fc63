# all that was assumed
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --assumptions --api-margin 0.7 --fees card --hours-per-day 8 --set claude-pro.price_usd=25
