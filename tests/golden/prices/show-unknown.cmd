# a model that nobody has
code 2
plancost prices show gpt-5.6-lunar
