# a fee of each request
plancost prices bill sonar tests/data/prices/genai-prices.json --input 1000 --output 500 --requests 4 --width 80
