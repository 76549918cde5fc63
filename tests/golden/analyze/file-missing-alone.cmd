# one document, also when nothing can be read
code 3
plancost analyze --no-bundled nowhere.toml --json
