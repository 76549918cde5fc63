# curves with the break-even of each, and from price to allowance, in place of the table
plancost analyze --chart --width 80 --no-bundled tests/fixtures/six.toml
