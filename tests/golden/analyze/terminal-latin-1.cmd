# a locale that is not UTF-8
env LANG=de_DE.ISO-8859-1
terminal 80
plancost analyze --no-bundled tests/fixtures/market.toml --color never
