# the same in JSON
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --at 1 --mean-use 5% --churn 5% --cac-usd 50 --json
