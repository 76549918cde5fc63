# A month of the plan, and $51 of use that cost nothing more: 2.55 times the price
plancost usage tests/fixtures/logs/day.csv --by model --plan acme-pro --export focus={tmp}/charges.csv --width 100 --plans tests/fixtures/logs/plans.toml
