# one table alone
plancost prices import tests/data/prices/litellm.json --table not_carried -f csv
