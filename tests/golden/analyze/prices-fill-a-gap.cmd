# a price for what had none: 2.00
plancost analyze --no-bundled tests/fixtures/gaps.toml --plan orbit/unpriced --prices tests/fixtures/prices.toml
