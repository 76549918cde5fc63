# a plan where a file goes
code 3
plancost analyze claude-pro 'claude-max-*' no-such.toml
