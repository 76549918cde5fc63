# as a gate
code 1
plancost prices diff tests/data/prices/litellm.json tests/data/prices/genai-prices.json --exit-code --model 'gpt-*' --width 80
