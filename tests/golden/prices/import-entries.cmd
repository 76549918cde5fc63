# entries that cannot be prices
plancost prices import tests/data/prices/wrong/entries.json --width 100
