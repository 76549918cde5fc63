# and at 140
plancost prices list --vendor openai --width 140
