# a name that looks like a flag
code 3
plancost analyze --no-bundled -- -x.toml
