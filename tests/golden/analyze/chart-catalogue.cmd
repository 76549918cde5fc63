# more plans than curves can be told apart; what is not known is named, not drawn
plancost analyze --chart --width 100 --as-of 2026-06-15
