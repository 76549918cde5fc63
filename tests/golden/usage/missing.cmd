code 3
plancost usage nothing.jsonl
