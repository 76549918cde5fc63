# The highest use, where a sixth of the price is to stay
code 1
plancost solve --no-bundled --for utilization --target 'margin@50%>=1/6' --fees card --from tests/fixtures/market.toml
