plancost usage tests/fixtures/logs/day.csv --by model,day -f markdown
