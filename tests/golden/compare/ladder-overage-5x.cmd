# overage above list price: the API comes again
plancost compare --ladder pro lite --set pro.overage.rate_of_list_price=5 --width 100 --no-bundled --from tests/fixtures/tiers.toml
