# more offers than curves can be told apart
plancost compare --ladder '*' --chart --width 80 --as-of 2026-06-15
