# several forms at once
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --at 10%,1 -q --export csv={tmp}/plans.csv --export markdown={tmp}/plans.md
