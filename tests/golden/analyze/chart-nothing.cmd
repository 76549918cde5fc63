# nothing is known: the table stays
plancost analyze --chart --width 80 --plan orbit/secret --no-bundled tests/fixtures/gaps.toml
