# the same at 60 columns
plancost prices show gpt-5.6-luna --width 60
