# the formats are listed
code 2
plancost analyze --export xml=plans.xml
