# defaults from a file, of which a flag outranks one
plancost analyze --plan claude-pro --config tests/fixtures/defaults.toml --decimals 1
