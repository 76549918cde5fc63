# no best price
plancost simulate --plan pro --plan flat --plan free --plan mystery --new-price 25 --elasticity 0.8 --width 80 --no-bundled tests/fixtures/tiers.toml
