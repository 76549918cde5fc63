# all prices of a model
plancost prices show gpt-5.6-luna --width 80
