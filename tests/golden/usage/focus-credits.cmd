# A plan in credits: a million tokens take one, five million five
plancost usage tests/fixtures/logs/summed.csv --by model --plan acme-credits --export focus={tmp}/charges.csv -f csv --plans tests/fixtures/logs/plans.toml
