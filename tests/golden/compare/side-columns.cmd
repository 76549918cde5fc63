# chosen figures, in their order
plancost compare pro max-5x max-20x lite --columns overage,break_even_usd,buyer_break_even_usd,vendor --no-bundled --from tests/fixtures/tiers.toml
