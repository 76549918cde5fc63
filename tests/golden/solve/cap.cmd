# Half want 1,000 dollars, half 10,000: a cap of 1,400 serves 1,200 on the mean, which is 300 at cost
plancost solve --no-bundled claude-max-20x --for cap --dist 'discrete(50%: 1000, 50%: 10000)' --unit api-usd --target 'mean-margin>=-50%' --from tests/fixtures/six.toml
