# Weeks of each vendor begin when its own meter says
env HOME=tests/fixtures/logs/metered
plancost replay --plan chatgpt-business-premium --plan claude-team-premium --set chatgpt-business-premium.price_usd=60 --width 100
