# What has no list price has empty prices; no plan, no purchase
plancost usage tests/fixtures/logs/unpriced.csv --by model --export focus={tmp}/charges.csv -f csv --prices tests/fixtures/logs/plans.toml
