# They buy half of the 1,000 dollars above 8,000: 1,050 dollars are missing, for 500 sold
plancost solve --no-bundled claude-max-20x --for overage --take-up 50% --dist 'discrete(50%: 1000, 50%: 10000)' --unit api-usd --target 'mean-profit>=0' --from tests/fixtures/six.toml
