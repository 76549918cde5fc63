# tokens without a price
code 3
plancost prices bill gpt-req tests/data/prices/wrong/entries.json --output 5
