# no defaults, whatever a variable names
env PLANCOST_CONFIG=tests/fixtures/defaults.toml
plancost analyze --plan claude-pro --no-config
